"""The words by which a test's parts are known: what asserts, what asks the system, what a response calls its parts."""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ASSERTING = re.compile(r"(assert\w*|raises|warns|fail\w*|deprecated_call|skip\w*|xfail|importorskip)$")
SKIPPING = _words("skip skipif skipIf skipUnless xfail expectedFailure")
LEAVING = _words("return_statement raise_statement pass_statement continue_statement break_statement")
GUARDS = _words("if elif else for while try except finally match case return raise continue break")
VERBS = _words(
    """get post put patch delete head options open request send trace websocket_connect get_json post_json put_json
    patch_json delete_json simulate_request simulate_get simulate_post simulate_put simulate_delete simulate_patch"""
)
# what clients and responses of web frameworks call their own parts
TRANSPORT_NAMES = _words(
    """json get_json json_body data get_data text content body html status status_code status_int headers mimetype
    content_type location url request response decode encode loads dumps read charset encoding cookies history
    normal_body unicode_body ok is_success is_redirect is_json get_all getlist get_list multi_items lower
    cookie_jar set_cookie get_cookie session_transaction response_class iter_encoded aread ajson raw stream
    testbody form follow maybe_follow params test_client session to_dict model_dump dict path url_path
    headerlist headers_list reason reason_phrase asgi_app app content_length"""
)
# arguments that say how something is sent, whose values are plumbing too
FREE_KEYWORDS = _words(
    """content_type mimetype headers follow_redirects allow_redirects environ_base environ_overrides extra_environ
    buffered base_url raise_server_exceptions expect_errors xhr use_cookies transport"""
)
STATUS_KEYWORDS = _words("status expected_status expect_status")
DECODERS = _words("json orjson ujson simplejson flask rapidjson")
DECODING = _words("decode encode get_data")
CONSTANTS = _words("True False None ... Ellipsis")
OPERATORS = _words("== != < > <= >= in is not and or assert - + * %") | {"is not", "not in"}
BRACKETED = {
    "argument_list": "()", "parameters": "()", "tuple": "()", "generator_expression": "()", "lambda_parameters": "()",
    "set_comprehension": "()", "subscript": "[]",
}  # fmt: skip
NESTED = _words(
    """binary_operator boolean_operator conditional_expression lambda comparison_operator not_operator unary_operator
    await named_expression"""
)
OUTER = NESTED | _words("attribute subscript call")
