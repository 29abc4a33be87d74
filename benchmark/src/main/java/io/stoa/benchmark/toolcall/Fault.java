package io.stoa.benchmark.toolcall;

/** Why an answer is wrong, with the error types of BFCL's evaluation. */
public enum Fault {
    DECODER_FAILED("ast_decoder:decoder_failed"),
    WRONG_OUTPUT_FORMAT("ast_decoder:decoder_wrong_output_format"),

    SIMPLE_WRONG_COUNT("simple_function_checker:wrong_count"),
    WRONG_FUNCTION_NAME("simple_function_checker:wrong_func_name"),
    MISSING_REQUIRED("simple_function_checker:missing_required"),
    UNEXPECTED_PARAMETER("simple_function_checker:unexpected_param"),
    MISSING_OPTIONAL("simple_function_checker:missing_optional"),

    TYPE_SIMPLE("type_error:simple"),
    TYPE_NESTED("type_error:nested"),
    TYPE_JAVA("type_error:java"),
    TYPE_JAVASCRIPT("type_error:js"),

    VALUE_STRING("value_error:string"),
    VALUE_LIST("value_error:list/tuple"),
    VALUE_DICT_KEY("value_error:dict_key"),
    VALUE_DICT_VALUE("value_error:dict_value"),
    VALUE_DICT_COUNT("value_error:list_dict_count"),
    VALUE_OTHER("value_error:others"),
    DICT_UNCLEAR("dict_checker:unclear"),
    DICT_LIST_UNCLEAR("list_dict_checker:unclear"),

    MULTIPLE_WRONG_COUNT("multiple_function_checker:wrong_count"),
    PARALLEL_WRONG_COUNT("parallel_function_checker_no_order:wrong_count"),
    PARALLEL_NO_MATCH("parallel_function_checker_no_order:cannot_find_match"),

    CALLED_THOUGH_IRRELEVANT("irrelevance_error:decoder_success"),
    NOT_CALLED_THOUGH_RELEVANT("relevance_error:decoder_failed");

    private final String bfclName;

    Fault(String bfclName) {
        this.bfclName = bfclName;
    }

    /** BFCL's {@code error_type}. */
    public String bfclName() {
        return bfclName;
    }
}
