SHELF := core/decode
$(SHELF)_SRC := apply.c decode.c fields.c json.c pairs.c print.c selftest.c source_load.c source_rows.c \
	stamp.c syslog.c syslog_sd.c template.c
