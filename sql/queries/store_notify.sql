select pg_notify('soc_news', $1::text);
