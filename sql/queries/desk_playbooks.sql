select id, name, description from api.playbook order by name, id limit 500;
