update fab.person set name = $2::text, number = $3::text where person = $1::text;
