// Every change of clocks of every zone from 2000 to 2037, judged by Python's zoneinfo over the same files.

import BillingCalendar
import Glibc
import Testing

struct ZoneJudgeTests {
  private static let folder = "/usr/share/zoneinfo"

  /// Prints, for each distinct zone file: `Z name`; `T at offset` for each change of clocks; `L local first
  /// second` for local times around it, with fold 0 and 1 (PEP 495: in a gap, fold 0 takes the offset before
  /// it); and `F at offset` for instants up to the year 9000.
  private static let script = """
    import zoneinfo, random
    from datetime import datetime, timezone, timedelta
    epoch = datetime(1970, 1, 1)
    start, end = 946684800, 2145916800
    step = 6 * 86400
    random.seed(37)
    far = sorted(random.randrange(2145916800, 221845392000) for _ in range(40))
    def off(zone, at):
        utc = (epoch + timedelta(seconds=at)).replace(tzinfo=timezone.utc)
        return int(utc.astimezone(zone).utcoffset().total_seconds())
    def fold(zone, local, fold):
        clock = (epoch + timedelta(seconds=local)).replace(tzinfo=zone, fold=fold)
        return local - int(clock.utcoffset().total_seconds())
    seen = set()
    for name in sorted(zoneinfo.available_timezones()):
        try:
            with open(zoneinfo.TZPATH[0] + '/' + name, 'rb') as file: data = file.read()
        except OSError: continue
        if data in seen: continue
        seen.add(data)
        zone = zoneinfo.ZoneInfo(name)
        print('Z', name)
        low, was = start, off(zone, start)
        while low < end:
            high = low + step
            now = off(zone, high)
            if now != was:
                a, b = low, high
                while b - a > 1:
                    m = (a + b) // 2
                    if off(zone, m) == was: a = m
                    else: b = m
                print('T', b, now)
                sides = {was - 1, was, now - 1, now, (was + now) // 2, was + 7200, now - 7200}
                for local in (b + side for side in sides):
                    print('L', local, fold(zone, local, 0), fold(zone, local, 1))
            low, was = high, now
        for at in far: print('F', at, off(zone, at))
    """

  private static func judgement() -> [Substring]? {
    guard access(folder, R_OK) == 0,
      let pipe = popen("PYTHONTZPATH=\(folder) python3 - 2>/dev/null <<'END'\n\(script)\nEND\n", "r")
    else { return nil }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&block, 1, block.count, pipe), count > 0 { bytes += block[..<count] }
    guard pclose(pipe) == 0 else { return nil }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
  }

  @Test func allZonesAgreeWithPython() throws {
    guard let lines = Self.judgement() else {
      // Not a failure: the judge is not part of the program.
      return Self.say("skipped: python3 with zoneinfo, or \(Self.folder), is not here")
    }
    var zone = Zone.utc
    var at: Int64 = 946_684_800
    var (zoneCount, changeCount, faults) = (0, 0, [String]())
    func expect(_ isTrue: Bool, _ line: Substring) {
      if !isTrue { faults.append("\(zone.name): \(line)") }
    }
    for line in lines {
      let words = line.split(separator: " ")
      let numbers = words.dropFirst().compactMap { Int64($0) }
      switch words[0] {
      case "Z":
        zone = try Zone.load(named: String(words[1]), from: [Self.folder])
        at = 946_684_800
        zoneCount += 1
      case "T":
        // The next change after the last one that was judged: none may be missing between the two.
        let span = zone.span(containingUTC: at)
        expect(span.untilSeconds == numbers[0], line)
        expect(Int64(zone.offset(atUTC: numbers[0])) == numbers[1], line)
        at = numbers[0]
        changeCount += 1
      case "L":
        expect(zone.instant(localSeconds: numbers[0]).utcSeconds == numbers[1], line)
        let other = zone.instant(localSeconds: numbers[0], overlap: .second, gap: .backward)
        expect(other.utcSeconds == numbers[2], line)
        expect((other.fit == .unique) == (numbers[1] == numbers[2]), line)
        expect((other.fit == .overlap) == (numbers[1] < numbers[2]), line)
      case "F":
        // All changes up to 2037 have been seen when the first of these lines comes.
        expect(zone.span(containingUTC: at).untilSeconds >= 2_145_916_800, line)
        expect(Int64(zone.offset(atUTC: numbers[0])) == numbers[1], line)
      default: Issue.record("the judge said \(line)")
      }
    }
    #expect(faults.prefix(20).isEmpty, "\(faults.prefix(20)) and \(max(0, faults.count - 20)) more")
    #expect(zoneCount > 300 && changeCount > 5000, "the judge saw \(zoneCount) zones, \(changeCount) changes")
  }

  private static func say(_ text: String) {
    _ = (text + "\n").withCString { Glibc.write(2, $0, strlen($0)) }
  }
}
