TESTS_core/decode := test_data test_decode test_sources
test_data_USES := core/frame
test_data_PKG := jansson
