// The countries that made-up calls go to, the likeliest first.
//
// Calling codes are those of ITU-T E.164; none is the beginning of another, so prefixes of two countries never meet.

/// A country or numbering area.
struct NumberingCountry: Sendable {
  /// How prices are grouped.
  enum Region: UInt8, Sendable { case domestic, europe, world }

  let name: String
  /// Calling code.
  let code: UInt64
  let codeDigits: Int
  let region: Region

  private init(_ code: UInt64, _ name: String, _ region: Region) {
    self.name = name
    self.code = code
    codeDigits = String(code).utf8.count
    self.region = region
  }

  static let all: [NumberingCountry] =
    [NumberingCountry(49, "Germany", .domestic)] + table(likely, .europe)
    + table(
      [(1, "United States and Canada"), (61, "Australia"), (91, "India")], .world)
    + table(europe, .europe) + table(world, .world)

  /// Codes that no country has: calls there have no price in any deck.
  static let unassignedCodes: [UInt64] = [210, 214, 217, 259, 283, 287, 289, 693, 699, 831, 837, 999]

  private static func table(_ rows: [(UInt64, String)], _ region: Region) -> [NumberingCountry] {
    rows.map { NumberingCountry($0.0, $0.1, region) }
  }

  private static let likely: [(UInt64, String)] = [
    (44, "United Kingdom"), (43, "Austria"), (41, "Switzerland"), (33, "France"), (31, "Netherlands"),
    (48, "Poland"), (39, "Italy"), (34, "Spain"),
  ]

  private static let europe: [(UInt64, String)] = [
    (32, "Belgium"), (420, "Czechia"), (45, "Denmark"), (46, "Sweden"), (47, "Norway"), (358, "Finland"),
    (353, "Ireland"), (351, "Portugal"), (352, "Luxembourg"), (30, "Greece"), (36, "Hungary"),
    (40, "Romania"),
    (359, "Bulgaria"), (385, "Croatia"), (386, "Slovenia"), (421, "Slovakia"), (370, "Lithuania"),
    (371, "Latvia"), (372, "Estonia"), (354, "Iceland"), (356, "Malta"), (357, "Cyprus"), (381, "Serbia"),
    (387, "Bosnia and Herzegovina"), (389, "North Macedonia"), (355, "Albania"), (373, "Moldova"),
    (380, "Ukraine"), (423, "Liechtenstein"), (377, "Monaco"), (376, "Andorra"), (378, "San Marino"),
    (382, "Montenegro"), (298, "Faroe Islands"), (350, "Gibraltar"),
  ]

  private static let world: [(UInt64, String)] = [
    (90, "Turkey"), (972, "Israel"), (971, "United Arab Emirates"), (81, "Japan"), (86, "China"),
    (852, "Hong Kong"), (65, "Singapore"), (82, "Korea, Republic of"), (55, "Brazil"), (52, "Mexico"),
    (27, "South Africa"), (64, "New Zealand"), (66, "Thailand"), (60, "Malaysia"), (62, "Indonesia"),
    (63, "Philippines"), (84, "Viet Nam"), (886, "Taiwan"), (54, "Argentina"), (56, "Chile"),
    (57, "Colombia"),
    (51, "Peru"), (20, "Egypt"), (212, "Morocco"), (216, "Tunisia"), (213, "Algeria"), (234, "Nigeria"),
    (254, "Kenya"), (233, "Ghana"), (966, "Saudi Arabia"), (974, "Qatar"), (965, "Kuwait"), (973, "Bahrain"),
    (968, "Oman"), (962, "Jordan"), (961, "Lebanon"), (92, "Pakistan"), (880, "Bangladesh"),
    (94, "Sri Lanka"),
    (977, "Nepal"), (855, "Cambodia"), (856, "Laos"), (95, "Myanmar"), (98, "Iran"), (964, "Iraq"),
    (995, "Georgia"), (374, "Armenia"), (994, "Azerbaijan"), (998, "Uzbekistan"), (996, "Kyrgyzstan"),
    (992, "Tajikistan"), (976, "Mongolia"), (593, "Ecuador"), (591, "Bolivia"), (595, "Paraguay"),
    (598, "Uruguay"), (58, "Venezuela"), (506, "Costa Rica"), (507, "Panama"), (502, "Guatemala"),
    (503, "El Salvador"), (504, "Honduras"), (505, "Nicaragua"), (509, "Haiti"), (53, "Cuba"),
    (501, "Belize"), (592, "Guyana"), (597, "Suriname"), (297, "Aruba"), (299, "Greenland"),
    (255, "Tanzania"), (256, "Uganda"), (250, "Rwanda"), (251, "Ethiopia"), (252, "Somalia"), (249, "Sudan"),
    (260, "Zambia"), (263, "Zimbabwe"), (264, "Namibia"), (267, "Botswana"), (258, "Mozambique"),
    (244, "Angola"), (237, "Cameroon"), (225, "Ivory Coast"), (221, "Senegal"), (223, "Mali"), (227, "Niger"),
    (230, "Mauritius"), (248, "Seychelles"), (261, "Madagascar"), (265, "Malawi"), (218, "Libya"),
    (679, "Fiji"), (675, "Papua New Guinea"), (685, "Samoa"), (676, "Tonga"), (687, "New Caledonia"),
    (689, "French Polynesia"), (960, "Maldives"), (670, "Timor-Leste"), (673, "Brunei"),
  ]
}
