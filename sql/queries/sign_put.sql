insert into play.signature (command, signature) values ($1::uuid, $2::bytea) on conflict do nothing;
