// How numbers are dialled in each country: calling code, what stands for `+`, what stands before national numbers, and
// the short codes that are never completed. A source may replace all but the calling code.

import Tables

/// The dialling habits of countries.
enum DiallingHabits {
  /// The habits of a country; nil for a code that the table does not have.
  static func plan(of country: Label) -> DiallingPlan? { planByCountry[country] }

  /// The codes that the table has, sorted.
  static var countries: [Label] { planByCountry.keys.sorted() }

  private static let planByCountry: [Label: DiallingPlan] = {
    var plans: [Label: DiallingPlan] = [:]
    for line in table.split(separator: "\n") {
      let cells = line.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
      precondition(cells.count == 5, "a line of the dialling table has five cells: \(line)")
      plans[Label(cells[0])] = DiallingPlan(
        countryCode: Label(cells[1]), internationalPrefixes: list(cells[2]),
        nationalPrefix: cells[3] == "-" ? .empty : Label(cells[3]), bareIsNational: false,
        shortCodes: list(cells[4]))
    }
    return plans
  }()

  private static func list(_ cell: String) -> [Label] { cell.split(separator: ",").map { Label(String($0)) } }

  // ISO 3166 code, calling code, international prefixes, national prefix (- for none), emergency numbers
  // (of the United States and Canada all service codes).
  // Sources: ITU-T E.164 list of country codes; ITU Operational Bulletin, "Dialling procedures"; national numbering plans.
  private static let table = """
    AD 376 00 - 110,112,116,118
    AE 971 00 0 112,997,998,999
    AL 355 00 0 112,127,128,129
    AM 374 00 0 101,102,103,112
    AO 244 00 - 112,113,115
    AR 54 00 0 100,101,107,911
    AT 43 00 0 112,122,133,140,144
    AU 61 0011 0 000,106,112
    AZ 994 00 0 101,102,103,112
    BA 387 00 0 112,122,123,124
    BB 1 011 1 211,311,511,911
    BD 880 00 0 999
    BE 32 00 0 100,101,112
    BG 359 00 0 112
    BH 973 00 - 112,999
    BM 1 011 1 911
    BO 591 00 0 110,118,119
    BR 55 00 0 190,192,193
    BS 1 011 1 911,919
    BW 267 00 - 112,997,998,999
    BY 375 810 8 101,102,103,112
    CA 1 011 1 211,311,411,511,611,711,811,911
    CH 41 00 0 112,117,118,144,1414
    CI 225 00 - 110,111,180,185
    CL 56 00 - 131,132,133
    CM 237 00 - 112,113,117,118,119
    CN 86 00 0 110,119,120,122
    CO 57 00 - 112,123
    CR 506 00 - 911
    CU 53 119 0 104,105,106
    CY 357 00 - 112,199
    CZ 420 00 - 112,150,155,158
    DE 49 00 0 110,112
    DK 45 00 - 112,114
    DO 1 011 1 911
    DZ 213 00 0 14,17,112
    EC 593 00 0 911
    EE 372 00 - 112
    EG 20 00 0 122,123,180
    ES 34 00 - 061,062,080,091,092,112
    ET 251 00 0 907,939,991
    FI 358 00,990,994,999 0 112
    FO 298 00 - 112
    FR 33 00 0 15,17,18,112,114
    GB 44 00 0 112,999
    GE 995 00 0 112
    GF 594 00 0 15,17,18,112
    GG 44 00 0 112,999
    GH 233 00 0 112,191,192,193
    GI 350 00 - 112,190,199
    GL 299 00 - 112
    GP 590 00 0 15,17,18,112
    GR 30 00 - 100,112,166,199
    GT 502 00 - 110,120,122,123
    HK 852 001 - 112,992,999
    HN 504 00 - 911
    HR 385 00 0 112,192,193,194
    HU 36 00 06 104,105,107,112
    ID 62 001,007,008,017 0 110,112,113,118,119
    IE 353 00 0 112,999
    IL 972 00,012,013,014,018 0 100,101,102,112
    IM 44 00 0 112,999
    IN 91 00 0 100,101,102,108,112
    IQ 964 00 0 104,112,115,122
    IR 98 00 0 110,112,115,125
    IS 354 00 - 112
    IT 39 00 - 112,113,115,118
    JE 44 00 0 112,999
    JM 1 011 1 110,119,911
    JO 962 00 0 112,911
    JP 81 010 0 110,118,119
    KE 254 000 0 112,999
    KH 855 001,007,008 0 117,118,119
    KR 82 001,002,005,006,008 0 112,119
    KW 965 00 - 112
    KY 1 011 1 911
    KZ 7 810 8 101,102,103,112
    LB 961 00 0 112,125,140,175
    LI 423 00 - 112,117,118,144
    LK 94 00 0 110,118,119
    LT 370 00 0 112
    LU 352 00 - 112,113
    LV 371 00 - 110,112,113
    MA 212 00 0 15,19,112,177
    MC 377 00 - 15,17,18,112
    MD 373 00 0 112
    ME 382 00 0 112,122,123,124
    MK 389 00 0 112,192,193,194
    MM 95 00 0 191,192,199
    MO 853 00 - 110,112,999
    MQ 596 00 0 15,17,18,112
    MT 356 00 - 112
    MX 52 00 - 911
    MY 60 00 0 112,999
    MZ 258 00 - 112,117,119
    NA 264 00 0 112,10111
    NG 234 009 0 112,199
    NI 505 00 - 115,118,128
    NL 31 00 0 112
    NO 47 00 - 110,112,113
    NP 977 00 0 100,101,102
    NZ 64 00 0 111
    OM 968 00 - 9999
    PA 507 00 - 103,104,911
    PE 51 00 0 105,106,116
    PH 63 00 0 911
    PK 92 00 0 15,16,115,1122
    PL 48 00 - 112,997,998,999
    PR 1 011 1 911
    PT 351 00 - 112
    PY 595 00 0 911
    QA 974 00 - 999
    RE 262 00 0 15,17,18,112
    RO 40 00 0 112
    RS 381 00 0 112,192,193,194
    RU 7 810 8 101,102,103,112
    SA 966 00 0 911,997,998,999
    SE 46 00 0 112,11414
    SG 65 000,001,002,008,018,019 - 995,999
    SI 386 00 0 112,113
    SK 421 00 0 112,150,155,158
    SM 378 00 - 112,113,115,118
    SN 221 00 - 17,18
    SV 503 00 - 911
    TH 66 001,007,008,009 0 191,199,1669
    TN 216 00 - 190,197,198
    TR 90 00 0 110,112,155
    TT 1 011 1 811,911,990,999
    TW 886 002,005,006,007,009 0 110,112,119
    TZ 255 000 0 112
    UA 380 00 0 101,102,103,112
    UG 256 000 0 112,999
    US 1 011 1 211,311,411,511,611,711,811,911
    UY 598 00 0 911
    VA 39 00 - 112
    VE 58 00 0 171,911
    VN 84 00 0 113,114,115
    XK 383 00 0 112,192,193,194
    ZA 27 00 0 112,10111,10177
    ZM 260 00 0 112,991,993,999
    ZW 263 00 0 112,993,994,995,999
    """
}
