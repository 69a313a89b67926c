select soc.set_password($1::text::name, $2::text);
