"""Cells of every kind, and columns drawn of them, for verdicts.py and verdicts_oip.py."""

# not among them, because no verdict sees them: texts that end with NUL, which numpy cuts off, and numbers so small that a type makes 0 of them
POOLS = {
    "whole": ["0", "1", "5", "-3", "127", "128", "255", "300", "-129", "32768", "2147483647", "2147483648", "-2147483649", "16777217"],
    "wide": ["9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551617"],
    "float": ["1.5", "-0.25", "2.0", "1e3", "1e39", "0.1", "70000.5", "-0.0", "123456789.123"],
    "gap": ["null"],
    "nan": ["NaN", "Infinity", "-Infinity"],
    "truth": ["true", "false"],
    "text": ['"abc"', '"x y"', '"é"', '"Zürich"', '"a,b"'],
    "digits": ['"1"', '"007"', '"-5"', '"1.5"', '"1e3"', '"300"', '"99999999999999999999"'],
    "word": ['""', '"NA"', '"null"', '"nan"', '"NaN"', '"None"', '"true"', '"False"', '"inf"', '"NaT"'],
    "date": ['"2020-01-02"', '"2021-12-31"'],
    "time": ['"2020-01-02T03:04:05"', '"2021-01-02T00:00:00"'],
    "fraction": ['"2020-01-02T03:04:05.5"', '"2020-01-02T03:04:05.123456"', '"2020-01-02T03:04:05.000"'],
    "blank": ['"2020-01-02 03:04:05"', '"2020-01-02 03:04"'],
    "zoned": ['"2020-01-02T03:04:05Z"', '"2020-01-02T03:04:05+02:00"'],
    "far": ['"9999-12-31"', '"1600-01-01"', '"2262-04-12"'],
    "odd": ['"2020-13-01"', '"20240102"', '"12:30"', '"Jan 2 2020"', '"31.12.2020"'],
    "base64": ['"dGVzdA=="', '"AAAA"', '"dGVzdA"', '"dGV-zdA=="'],
    "list": ["[1,2]", "[]", '["a"]'],
    "huge": ["1e400", "-1e400", "1e300", "1e309", "1.8e308"],
    "lone": ['"\\ud800"', '"a\\udc00"'],
    "edge": ["2147483648.0", "-2147483649.0", "2147483647.5", "9223372036854775808.0", "9223372036854775807.0", "18446744073709551616.0", "9223372036854774784.0", "1e23", "1.1e-5", "1.38e-23", "-9223372036854775808", "1e19", "-1e19", "65504", "65520", "3.4028235e38", "3.4028236e38", "4294967296", "4294967295", "-0.5", "0.12345678901234567", "16777217.0", "1E5", "-0"],
    "quirk": ['" 5"', '"5 "', '"+5"', '".5"', '"5."', '"1_000"', '"0x10"', '"\u0663"', '"1e400"', '"-0"', '" 1.5 "', '"1,000"', '"\\t5"', '"5\\n"', '"1e"', '"--1"', '"12345678901234567890"', '"1.0"', '"1 2"'],
    "odd word": ['"TRUE"', '"yes"', '"-inf"', '"Infinity"', '"infinity"', '"<NA>"', '"#N/A"', '"n/a"', '"-nan"', '" "', '"NaN "', '"-"', '"nul"', '"N/A"', '"NULL"', '"t"'],
    "odd date": ['"2020-01-02T03:04:05.123456789"', '"2020-01-02T03"', '"2020-W01-1"', '"2020-1-2"', '"2020/01/02"', '"01/02/2020"', '"2020-01-02T24:00:00"', '"20200102T030405"', '"2020-01"', '"2020"', '"now"', '"today"', '"2020-01-02T03:04:05z"', '"2020-02-30"', '"2020-01-02T03:04:60"', '"2020-01-02 "', '"0001-01-01"', '"2020-01-02T03:04:05.1234567890"', '"2020-01-02T03:04:05+00:00"', '"1677-09-21"', '"2262-04-11"', '"10000-01-01"'],
    "object": ['{"a":1}', "{}"],
}
USUAL = ["whole", "float", "truth", "text", "digits", "date", "time", "fraction", "base64", "wide"]
FITTING = {
    "boolean": ["truth"], "integer": ["whole"], "long": ["whole", "wide"], "float": ["float", "whole"], "double": ["float", "whole", "wide"],
    "string": ["text", "digits", "word"], "binary": ["base64"], "datetime": ["date", "time", "fraction", "blank", "far"],
    # Open Inference Protocol's
    "BOOL": ["truth"], "BYTES": ["text", "digits", "word", "date", "base64"],
    **{f"{sign}INT{bits}": ["whole"] for sign in ("", "U") for bits in (8, 16, 32)}, "INT64": ["whole", "wide"], "UINT64": ["whole", "wide"],
    "FP16": ["float", "whole"], "FP32": ["float", "whole"], "FP64": ["float", "whole", "wide"],
}


def column(draw, rows, type_):
    """Cells that mostly fit the type, and now and then do not."""
    kinds = [draw.choice(FITTING.get(type_, USUAL) if draw.random() < 0.6 else USUAL if draw.random() < 0.6 else list(POOLS))]
    if draw.random() < 0.35:
        kinds.append(draw.choice([*FITTING.get(type_, USUAL), "gap", "nan", *POOLS]))
    return [draw.choice(POOLS[draw.choice(kinds)]) for _ in range(rows)]
