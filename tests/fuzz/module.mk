# One program each, libFuzzer's main in front: `make fuzz`.
FUZZ_SRC := fuzz_decode.c fuzz_filter.c fuzz_frame.c fuzz_hsms.c fuzz_json.c fuzz_rules.c fuzz_sources.c fuzz_tree.c
FUZZERS := $(basename $(FUZZ_SRC))
fuzz_decode_USES := core/decode
fuzz_filter_USES := core/filter
fuzz_frame_USES := core/frame
fuzz_hsms_USES := core/frame core/decode
fuzz_json_USES := core/decode
fuzz_rules_USES := core/detect
fuzz_sources_USES := core/decode
fuzz_tree_USES := core/base
