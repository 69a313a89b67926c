select id, run_id, step, agent, counter, plan_hash, bytes from play.approved_command order by issued, id limit 64;
