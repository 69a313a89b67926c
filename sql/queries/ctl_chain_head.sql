select seq::text, encode(hash, 'hex') from audit.head;
