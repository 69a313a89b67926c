TESTS_connectors/intake := test_captures test_conf test_sources
test_captures_USES := core/decode
test_captures_SUPPORT := yes
test_captures_PKG := jansson
