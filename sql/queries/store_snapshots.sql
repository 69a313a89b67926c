select epoch, block, rec, digest, state from soc.snapshot order by epoch desc, block desc, rec desc limit 3;
