-- Takes the lease: the old one's commits find no row from now on.
update soc.position set token = token + 1
returning epoch, block, rec, digest, token, (select site from soc.site)::int8;
