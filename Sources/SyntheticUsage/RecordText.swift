// How a record is written: one line of the neutral CSV, or what dirt makes of it.
//
// Written into memory of its own without bounds checks per byte: a record has at most `bytesMax`.

import BillingCalendar

/// Writes records one after the other into a buffer that is used again.
final class RecordText {
  static let header =
    "id,start,answer,from,to,direction,kind,meter,billable,disposition,trunk\n"
  /// More than any record has: 36 for the id, 20 for a time, 17 for a number, 13 for a quantity, and the words.
  static let bytesMax = 256

  private let memory: UnsafeMutablePointer<UInt8>
  private let capacity: Int
  private var count = 0
  // The day last written, and its text with the T behind it.
  private var day = Int64.min
  private let dayText = UnsafeMutablePointer<UInt8>.allocate(capacity: dayTextCount)
  private static let dayTextCount = 11

  init(recordCountMax: Int) {
    capacity = recordCountMax * Self.bytesMax + Self.header.utf8.count
    memory = .allocate(capacity: capacity)
  }

  deinit {
    memory.deallocate()
    dayText.deallocate()
  }

  /// The bytes written since the last `removeAll`; dead after the next one.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: memory, count: count) }

  func removeAll() { count = 0 }

  func appendHeader() {
    for byte in Self.header.utf8 { put(byte) }
  }

  /// Appends a record.
  func append(_ event: SyntheticEvent, seed: UInt64) {
    precondition(
      count + Self.bytesMax <= capacity, "a buffer is made for the records that are written into it")
    let start = count
    putIdentity(event.identity, seed: seed)
    put(UInt8(ascii: ","))
    putTimes(event)
    put(UInt8(ascii: ","))
    putNumber(event.from, writing: event.variant >> 16 & 31)
    put(UInt8(ascii: ","))
    putTarget(event)
    put(event.isInbound ? ",inbound," : ",outbound,")
    putQuantity(event)
    putTrunk(event)
    if event.role == .truncated {
      // In the id or the times, so that fields are missing.
      count = start + 8 + Int(event.variant >> 24 & 0xFF) % 56
    } else if event.role == .extraField {
      put(",repeated")
    }
    put(UInt8(ascii: "\n"))
  }

  // MARK: fields

  /// A UUID of version 4 in form: its last 48 bits are a bijection of the identity, so no two are the same.
  private func putIdentity(_ identity: UInt64, seed: UInt64) {
    let spread = SeededDraws.mix(seed ^ identity &* 0x9E37_79B9_7F4A_7C15)
    putHex(spread >> 32, digitCount: 8)
    put(UInt8(ascii: "-"))
    putHex(spread >> 16 & 0xFFFF, digitCount: 4)
    put("-4")
    putHex(spread & 0xFFF, digitCount: 3)
    put(UInt8(ascii: "-"))
    putHex(0x8000 | SeededDraws.mix(spread) & 0x3FFF, digitCount: 4)
    put(UInt8(ascii: "-"))
    putHex(Self.spread48(identity &+ seed), digitCount: 12)
  }

  /// A bijection of 48 bits: odd factors and shifts to the right can be undone.
  static func spread48(_ value: UInt64) -> UInt64 {
    let mask: UInt64 = 1 << 48 - 1
    var mixed = (value &* 0x9E37_79B9_7F4B) & mask
    mixed ^= mixed >> 25
    mixed = (mixed &* 0xBF58_476D_1CE5) & mask
    return mixed ^ mixed >> 23
  }

  private func putTimes(_ event: SyntheticEvent) {
    let isBad = event.role == .badTime
    if isBad, event.variant & 1 == 0 {
      put(Self.badTimes[Int(event.variant >> 40 & 0xFF) % Self.badTimes.count])
    } else {
      putTime(event.startSeconds)
    }
    put(UInt8(ascii: ","))
    if isBad, event.variant & 1 == 1 {
      put("yesterday")
    } else if event.kind == .voice, event.answer == .answered {
      putTime(event.answerSeconds)
    }
  }

  private static let badTimes: [StaticString] = [
    "", "2025-13-01T10:00:00Z", "2025-02-30T10:00:00Z", "2025-03-01T25:10:00Z", "01.03.2025 10:00", "1740823",
    "2025-03-01T10:00", "now",
  ]

  private func putTarget(_ event: SyntheticEvent) {
    if event.role == .badNumber {
      put(Self.badNumbers[Int(event.variant >> 40 & 0xFF) % Self.badNumbers.count])
    } else if event.to != 0 {
      putNumber(event.to, writing: event.variant >> 21 & 31)
    }
  }

  // Letters, too short, a leading zero behind the +, too long, a service code, nothing.
  private static let badNumbers: [StaticString] = [
    "anonymous", "12", "+0493012345678", "+1234567890123456", "*31#4930", "",
  ]

  private func putQuantity(_ event: SyntheticEvent) {
    switch event.kind {
    case .voice: put("voice,,")
    case .message: put("message,,")
    case .data: put("data,mobile-data,")
    }
    if event.role == .badQuantity {
      put(Self.badQuantities[Int(event.variant >> 40 & 0xFF) % Self.badQuantities.count])
    } else if event.kind == .voice {
      putMillis(event.quantity)
    } else {
      putDecimal(UInt64(event.quantity))
    }
    put(UInt8(ascii: ","))
    guard event.kind == .voice else { return }
    switch event.answer {
    case .answered: put("ANSWERED")
    case .notAnswered: put("NO ANSWER")
    case .busy: put("BUSY")
    case .failed: put("FAILED")
    }
  }

  private static let badQuantities: [StaticString] = [
    "1m05s", "1:05", "abc", "12.3.4", "-", "6 1", "1e3", "NaN",
  ]

  private func putTrunk(_ event: SyntheticEvent) {
    if event.hasTrunk {
      put(",sip-")
      putDecimal(UInt64(event.account), digitCountMin: 6)
    } else {
      put(",carrier-")
      putDecimal(1 + event.variant >> 32 & 3)
    }
  }
}

// MARK: bytes

extension RecordText {
  @inline(__always) private func put(_ byte: UInt8) {
    memory[count] = byte
    count &+= 1
  }

  @inline(__always) private func put(_ text: StaticString) {
    (memory + count).update(from: text.utf8Start, count: text.utf8CodeUnitCount)
    count &+= text.utf8CodeUnitCount
  }

  private func putDecimal(_ number: UInt64, digitCountMin: Int = 1) {
    let digitCount = max(digitCountMin, SyntheticNumber.digitCount(number))
    var rest = number
    var at = count + digitCount
    count = at
    for _ in 0..<digitCount {
      at &-= 1
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
      memory[at] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: digit)
      rest = quotient
    }
  }

  private func putHex(_ number: UInt64, digitCount: Int) {
    for place in (0..<digitCount).reversed() {
      let nibble = UInt8(truncatingIfNeeded: number >> UInt64(place &* 4)) & 15
      put(nibble < 10 ? UInt8(ascii: "0") &+ nibble : UInt8(ascii: "a") &+ nibble &- 10)
    }
  }

  /// Milliseconds as seconds: `61`, or `61.250` where it is no whole number of them.
  private func putMillis(_ millis: Int64) {
    let (seconds, rest) = UInt64(millis).quotientAndRemainder(dividingBy: 1000)
    putDecimal(seconds)
    if rest > 0 {
      put(UInt8(ascii: "."))
      putDecimal(rest, digitCountMin: 3)
    }
  }

  /// E.164 digits as switches write them: mostly with `+`, some with `00`, bare, or with a blank; 0 is anonymous.
  private func putNumber(_ digits: UInt64, writing: UInt64) {
    guard digits != 0 else { return put("anonymous") }
    switch writing {
    case 0: put("00")
    case 1: break
    case 2:
      let size = SyntheticNumber.powersOfTen[SyntheticNumber.digitCount(digits) - 2]
      put(UInt8(ascii: "+"))
      putDecimal(digits / size)
      put(UInt8(ascii: " "))
      return putDecimal(digits % size, digitCountMin: SyntheticNumber.digitCount(size) - 1)
    default: put(UInt8(ascii: "+"))
    }
    putDecimal(digits)
  }

  /// `2025-03-01T10:00:00Z`.
  private func putTime(_ seconds: Int64) {
    let today = (seconds >= 0 ? seconds : seconds - 86_399) / 86_400
    if today != day {
      day = today
      let text = Array((CivilDate(dayNumber: Int32(clamping: today)).description + "T").utf8)
      precondition(text.count == Self.dayTextCount, "days of usage have years of four digits")
      for (index, byte) in text.enumerated() { dayText[index] = byte }
    }
    (memory + count).update(from: dayText, count: Self.dayTextCount)
    count &+= Self.dayTextCount
    let second = UInt32(truncatingIfNeeded: seconds &- today &* 86_400)
    putTwoDigits(second / 3600)
    put(UInt8(ascii: ":"))
    putTwoDigits(second / 60 % 60)
    put(UInt8(ascii: ":"))
    putTwoDigits(second % 60)
    put(UInt8(ascii: "Z"))
  }

  @inline(__always) private func putTwoDigits(_ number: UInt32) {
    put(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: number / 10))
    put(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: number % 10))
  }
}
