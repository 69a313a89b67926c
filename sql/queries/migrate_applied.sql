select digest from soc.migration where n = $1::int8;
