TESTS_core/detect := test_corpus
test_regression_PKG := jansson
