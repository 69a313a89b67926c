select soc.add_person($1::text::name, string_to_array($2::text, ','), string_to_array($3::text, ','));
