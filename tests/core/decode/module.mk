TESTS_core/decode := test_corpora test_data test_decode test_generic test_language test_logsource test_hostile test_hsms test_hsms_set test_json_take test_load test_sources test_stamp test_words
test_data_USES := core/frame
test_data_PKG := jansson
test_hsms_PKG := jansson
test_hsms_set_PKG := jansson
test_hostile_PKG := jansson
test_corpora_USES := core/frame
test_corpora_PKG := jansson
