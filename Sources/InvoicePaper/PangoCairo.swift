// The functions of cairo and Pango that pages are drawn with, found when the program runs.
//
// They are loaded, not linked: building needs no headers of theirs, and who sends pages needs no library. Shaping of Arabic,
// Hebrew or Devanagari is what they do and we do not. Signatures are those of cairo 1.16 and Pango 1.50, which both promise to
// keep them. Coordinates are points, 1/72 inch.

import Glibc

/// Why pages cannot be drawn.
public struct PaperFault: Error, Sendable, CustomStringConvertible {
  /// What is wrong, and what to do.
  public var description: String

  init(_ description: String) { self.description = description }
}

/// The functions, and the library that they come from.
final class PangoCairo {
  typealias Handle = OpaquePointer
  typealias Write = @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<UInt8>?, UInt32) -> Int32

  let surfaceCreate: @convention(c) (Write, UnsafeMutableRawPointer?, Double, Double) -> Handle?
  let setMetadata: @convention(c) (Handle, Int32, UnsafePointer<CChar>) -> Void
  let surfaceFinish: @convention(c) (Handle) -> Void
  let surfaceStatus: @convention(c) (Handle) -> Int32
  let surfaceDestroy: @convention(c) (Handle) -> Void
  let create: @convention(c) (Handle) -> Handle?
  let destroy: @convention(c) (Handle) -> Void
  let showPage: @convention(c) (Handle) -> Void
  let setColor: @convention(c) (Handle, Double, Double, Double) -> Void
  let moveTo: @convention(c) (Handle, Double, Double) -> Void
  let lineTo: @convention(c) (Handle, Double, Double) -> Void
  let setLineWidth: @convention(c) (Handle, Double) -> Void
  let stroke: @convention(c) (Handle) -> Void
  let rectangle: @convention(c) (Handle, Double, Double, Double, Double) -> Void
  let fill: @convention(c) (Handle) -> Void
  let createLayout: @convention(c) (Handle) -> Handle?
  let layoutContext: @convention(c) (Handle) -> Handle
  let setResolution: @convention(c) (Handle, Double) -> Void
  let setRoundPositions: @convention(c) (Handle, Int32) -> Void
  let fontFromText: @convention(c) (UnsafePointer<CChar>) -> Handle?
  let freeFont: @convention(c) (Handle) -> Void
  let setFont: @convention(c) (Handle, Handle) -> Void
  let setText: @convention(c) (Handle, UnsafePointer<CChar>, Int32) -> Void
  let setWidth: @convention(c) (Handle, Int32) -> Void
  let setHeight: @convention(c) (Handle, Int32) -> Void
  let setEllipsize: @convention(c) (Handle, Int32) -> Void
  let setWrap: @convention(c) (Handle, Int32) -> Void
  let setAlignment: @convention(c) (Handle, Int32) -> Void
  let setAutoDirection: @convention(c) (Handle, Int32) -> Void
  let layoutSize: @convention(c) (Handle, UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Int32>) -> Void
  let showLayout: @convention(c) (Handle, Handle) -> Void
  let release: @convention(c) (UnsafeMutableRawPointer) -> Void

  private static let libraryName = "libpangocairo-1.0.so.0"

  /// Loads them. Throws where the library, or one of the functions, is not there.
  init() throws(PaperFault) {
    guard let library = dlopen(Self.libraryName, RTLD_NOW | RTLD_LOCAL) else {
      throw PaperFault(
        "\(Self.libraryName) is not installed, which draws the pages; apt-get install libpangocairo-1.0-0 "
          + "fonts-dejavu-core, or print the HTML page")
    }
    // The library stays loaded as long as the process runs.
    func find<Function>(_ name: String, as type: Function.Type) throws(PaperFault) -> Function {
      guard let symbol = dlsym(library, name) else {
        throw PaperFault("\(Self.libraryName) has no \(name); install a version from 1.50 on")
      }
      return unsafeBitCast(symbol, to: Function.self)
    }
    surfaceCreate = try find(
      "cairo_pdf_surface_create_for_stream",
      as: (@convention(c) (Write, UnsafeMutableRawPointer?, Double, Double) -> Handle?).self)
    setMetadata = try find(
      "cairo_pdf_surface_set_metadata",
      as: (@convention(c) (Handle, Int32, UnsafePointer<CChar>) -> Void).self)
    surfaceFinish = try find("cairo_surface_finish", as: (@convention(c) (Handle) -> Void).self)
    surfaceStatus = try find("cairo_surface_status", as: (@convention(c) (Handle) -> Int32).self)
    surfaceDestroy = try find("cairo_surface_destroy", as: (@convention(c) (Handle) -> Void).self)
    create = try find("cairo_create", as: (@convention(c) (Handle) -> Handle?).self)
    destroy = try find("cairo_destroy", as: (@convention(c) (Handle) -> Void).self)
    showPage = try find("cairo_show_page", as: (@convention(c) (Handle) -> Void).self)
    setColor = try find(
      "cairo_set_source_rgb", as: (@convention(c) (Handle, Double, Double, Double) -> Void).self)
    moveTo = try find("cairo_move_to", as: (@convention(c) (Handle, Double, Double) -> Void).self)
    lineTo = try find("cairo_line_to", as: (@convention(c) (Handle, Double, Double) -> Void).self)
    setLineWidth = try find("cairo_set_line_width", as: (@convention(c) (Handle, Double) -> Void).self)
    stroke = try find("cairo_stroke", as: (@convention(c) (Handle) -> Void).self)
    rectangle = try find(
      "cairo_rectangle", as: (@convention(c) (Handle, Double, Double, Double, Double) -> Void).self)
    fill = try find("cairo_fill", as: (@convention(c) (Handle) -> Void).self)
    createLayout = try find("pango_cairo_create_layout", as: (@convention(c) (Handle) -> Handle?).self)
    layoutContext = try find("pango_layout_get_context", as: (@convention(c) (Handle) -> Handle).self)
    setResolution = try find(
      "pango_cairo_context_set_resolution", as: (@convention(c) (Handle, Double) -> Void).self)
    setRoundPositions = try find(
      "pango_context_set_round_glyph_positions", as: (@convention(c) (Handle, Int32) -> Void).self)
    fontFromText = try find(
      "pango_font_description_from_string", as: (@convention(c) (UnsafePointer<CChar>) -> Handle?).self)
    freeFont = try find("pango_font_description_free", as: (@convention(c) (Handle) -> Void).self)
    setFont = try find(
      "pango_layout_set_font_description", as: (@convention(c) (Handle, Handle) -> Void).self)
    setText = try find(
      "pango_layout_set_text", as: (@convention(c) (Handle, UnsafePointer<CChar>, Int32) -> Void).self)
    setWidth = try find("pango_layout_set_width", as: (@convention(c) (Handle, Int32) -> Void).self)
    setHeight = try find("pango_layout_set_height", as: (@convention(c) (Handle, Int32) -> Void).self)
    setEllipsize = try find("pango_layout_set_ellipsize", as: (@convention(c) (Handle, Int32) -> Void).self)
    setWrap = try find("pango_layout_set_wrap", as: (@convention(c) (Handle, Int32) -> Void).self)
    setAlignment = try find("pango_layout_set_alignment", as: (@convention(c) (Handle, Int32) -> Void).self)
    setAutoDirection = try find(
      "pango_layout_set_auto_dir", as: (@convention(c) (Handle, Int32) -> Void).self)
    layoutSize = try find(
      "pango_layout_get_size",
      as: (@convention(c) (Handle, UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Int32>) -> Void).self)
    showLayout = try find(
      "pango_cairo_show_layout", as: (@convention(c) (Handle, Handle) -> Void).self)
    release = try find("g_object_unref", as: (@convention(c) (UnsafeMutableRawPointer) -> Void).self)
  }
}
