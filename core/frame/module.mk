SHELF := core/frame
$(SHELF)_SRC := audit.c csv_header.c csv_names.c frame.c frame_count.c frame_line.c frame_text.c header.c hsms.c hsms_open.c hsms_roles.c hsms_tap.c join.c json_block.c json_cut.c packet.c probe.c tcp.c tcp_half.c xml_cut.c
