delete from soc.snapshot
where (epoch, block, rec) not in
    (select epoch, block, rec from soc.snapshot order by epoch desc, block desc, rec desc limit 3);
