TESTS_core/detect := test_regression
test_regression_PKG := jansson
