SHELF := core/decode
$(SHELF)_SRC := address.c alias.c apply.c cef.c choose.c chosen.c course.c csv.c csv_record.c cut.c decode.c dn.c \
	fields.c generic.c generic_read.c json.c json_blocks.c json_escape.c json_memo.c json_number.c \
	json_skip.c json_string.c json_string_wide.c json_take.c labels.c literals.c logsource.c logsource_about.c \
	logsource_read.c map.c pairs.c print.c prose.c prose_address.c prose_read.c prose_time.c selftest.c \
	shape.c source_cut.c source_index.c source_like.c source_load.c source_map.c source_match.c \
	source_read.c source_rows.c stamp.c stamp_pattern.c syslog.c syslog_cisco.c syslog_fields.c \
	syslog_sd.c syslog_usual.c take.c take_args.c template.c template_parse.c token.c words.c xml.c \
	zeek.c
# tools and hosts
$(SHELF)_SRC += digest_item.c hsms.c hsms_record.c recipe.c secs2.c secs2_json.c
