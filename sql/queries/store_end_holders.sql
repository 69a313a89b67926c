-- Sessions that held the audit chain's lock over two seconds are ended.
select person, seconds from audit.end_holders(interval '2 seconds');
