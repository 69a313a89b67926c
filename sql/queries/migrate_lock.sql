select pg_advisory_lock(7165283117340002);
