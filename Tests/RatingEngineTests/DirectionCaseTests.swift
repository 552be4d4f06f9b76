// Which way a call went, by the built-in formats whose records do not say it in one word.

import Catalog
import Tables
import Testing

@testable import RatingEngine

@Suite struct DirectionCaseTests {
  /// One record and the direction that its example must read as; nil for suspense `bad-word`.
  struct Row: CustomTestStringConvertible {
    var words: [String]
    var direction: String?
    var testDescription: String { words.joined(separator: " ") + " → " + (direction ?? "bad-word") }

    init(_ words: String..., is direction: String?) { (self.words, self.direction) = (words, direction) }
  }

  private func check(
    _ format: Label, line: String, header: String = "", _ row: Row,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    var format = try #require(BuiltInFormats.descriptor(named: format))
    let expected: (role: Label, value: Label) =
      row.direction.map { ("direction", Label($0)) } ?? ("suspense", "bad-word")
    format.examples = [
      FormatExample(line: Label(line), header: Label(header), expected: [expected], sourceLine: 1)
    ]
    #expect(FormatExamples.check(format).map(\.finding.message) == [], sourceLocation: sourceLocation)
  }

  // Context, channel, did.
  @Test(arguments: [
    Row("from-internal", "SIP/210-1", "", is: "outbound"),
    Row("from-internal-custom", "SIP/carrier-1", "", is: "outbound"),
    Row("from-interna", "SIP/carrier-1", "", is: nil),
    Row("outrt-3", "SIP/carrier-1", "", is: "outbound"),
    Row("ext-local", "SIP/carrier-1", "", is: "internal"),
    Row("ext-group", "SIP/210-1", "", is: "internal"), Row("ext-group", "SIP/carrier-1", "", is: nil),
    Row("from-trunk-sip-carrier", "SIP/210-1", "", is: "inbound"),
    Row("from-pstn-toheader", "SIP/210-1", "", is: "inbound"),
    Row("from-did-direct", "SIP/210-1", "", is: "inbound"),
    Row("ext-did-0002", "SIP/210-1", "", is: "inbound"),
    // A number that was dialled from outside says it in any context.
    Row("from-internal", "SIP/210-1", "493023125100", is: "inbound"),
    Row("sales-staff", "SIP/carrier-1", "493023125100", is: "inbound"),
    // An extension has two to six digits; what has other names may be a trunk.
    Row("sales-staff", "SIP/2-1", "", is: nil), Row("sales-staff", "SIP/21-1", "", is: "outbound"),
    Row("sales-staff", "PJSIP/210105-0a", "", is: "outbound"),
    Row("sales-staff", "PJSIP/2101057-0a", "", is: nil),
    Row("sales-staff", "PJSIP/210x-0a", "", is: nil), Row("sales-staff", "SIP/210", "", is: nil),
    Row("sales-staff", "", "", is: nil), Row("", "SIP/210-1", "", is: "outbound"),
    Row("", "SIP/carrier-1", "", is: nil),
  ])
  func freePBXKnowsContextsAndExtensions(_ row: Row) throws {
    let (context, channel, did) = (row.words[0], row.words[1], row.words[2])
    try check(
      "freepbx",
      line:
        "2025-03-03 09:14:02,x,105,442079460123,\(context),\(channel),SIP/y-1,Dial,,68,61,ANSWERED,3,,1.1,,\(did)",
      header:
        "calldate,clid,src,dst,dcontext,channel,dstchannel,lastapp,lastdata,duration,billsec,disposition,amaflags,accountcode,uniqueid,userfield,did",
      row)
  }

  @Test func anOldFreePBXExportHasNoDid() throws {
    let row = Row("from-pstn", is: "inbound")
    try check(
      "freepbx",
      line: "2025-03-03 09:14:02,x,105,442079460123,from-pstn,SIP/y-1,SIP/105-1,Dial,,68,61,ANSWERED,3,,1.1,",
      header:
        "calldate,clid,src,dst,dcontext,channel,dstchannel,lastapp,lastdata,duration,billsec,disposition,amaflags,accountcode,uniqueid,userfield",
      row)
  }

  // From-type and to-type.
  @Test(arguments: [
    Row("Extension", "LineSet", is: "outbound"), Row("Internal", "External", is: "outbound"),
    Row("Queue", "ExternalLine", is: "outbound"), Row("LineSet", "LineSet", is: "outbound"),
    Row("Extension", "Extension", is: "internal"), Row("Extension", "RingGroup", is: "internal"),
    Row("LineSet", "Extension", is: "inbound"), Row("External", "Internal", is: "inbound"),
    Row("ExternalLine", "Ivr", is: "inbound"),
    Row("Extension", "Bridge", is: nil), Row("Bridge", "Extension", is: nil), Row("Extension", "", is: nil),
    Row("", "LineSet", is: nil), Row("", "", is: nil),
  ])
  func threeCXKnowsBothEnds(_ row: Row) throws {
    try check(
      "3cx",
      line:
        "Call 1,1_1,00:01:01,2025/03/03 09:14:02,2025/03/03 09:14:09,2025/03/03 09:15:10,x,Ext.105,442079460123,"
        + "105,10000,442079460123,,,,,,,,x,\(row.words[0]),\(row.words[1]),,,,,", row)
  }

  @Test(arguments: [
    Row("from-trunk", is: "inbound"), Row("from-trunk-sip-carrier", is: "inbound"),
    Row("from-pstn-toheader", is: "inbound"), Row("from-trunks", is: "outbound"),
    Row("from-internal", is: "outbound"), Row("sales-staff", is: "outbound"),
  ])
  func asteriskKnowsContextsOfTrunks(_ row: Row) throws {
    try check(
      "asterisk-cdr-csv",
      line:
        "\"\",\"105\",\"442079460123\",\"\(row.words[0])\",\"105\",\"SIP/105-1\",\"SIP/carrier-1\",\"Dial\",\"\","
        + "\"2025-03-03 09:14:02\",\"2025-03-03 09:14:09\",\"2025-03-03 09:15:10\",68,61,\"ANSWERED\",\"DOCUMENTATION\"",
      row)
  }
}
