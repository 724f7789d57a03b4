// One self-contained page from the content of a report.

/// Makes the page `report.html`: one file without network, external font or script; readable on a phone, on a dark screen, on paper.
public enum ReportPage {
  /// The page as UTF-8 text. The same content gives the same bytes.
  public static func html(_ content: ReportContent) -> String {
    let escape = HTMLText.escape
    var page = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    page +=
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n"
    // Nothing may be fetched, even if a text on the page had found a way to ask for it.
    page +=
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
    page += "<title>\(escape(content.title))</title>\n<style>\n\(ReportStyle.css)</style>\n</head>\n<body>\n<main>\n<header>\n"
    page += "<h1>\(escape(content.title))</h1>\n"
    if !content.subtitle.isEmpty { page += "<p class=\"subtitle\">\(escape(content.subtitle))</p>\n" }
    if !content.highlights.isEmpty {
      page += "<dl class=\"highlights\" id=\"highlights\">\n"
      for f in content.highlights { page += "<div><dt>\(escape(f.key))</dt><dd>\(escape(f.value))</dd></div>\n" }
      page += "</dl>\n"
    }
    page += "</header>\n"
    if !content.notes.isEmpty {
      page += "<ul class=\"notes\" id=\"notes\">\n" + content.notes.map { "<li>\(escape($0))</li>\n" }.joined() + "</ul>\n"
    }
    page += figures(content)
    if !content.facts.isEmpty {
      page += "<section id=\"facts\"><h2>Facts of the run</h2>\n<dl class=\"facts\">\n"
      for f in content.facts {
        page += "<div\(f.value.count > 40 ? " class=\"long\"" : "")><dt>\(escape(f.key))</dt><dd>\(escape(f.value))</dd></div>\n"
      }
      page += "</dl></section>\n"
    }
    if !content.configuration.isEmpty {
      page +=
        "<details id=\"configuration\"><summary>Configuration</summary>\n<pre tabindex=\"0\">\(escape(content.configuration))</pre></details>\n"
    }
    if !content.footer.isEmpty { page += "<footer>\(escape(content.footer))</footer>\n" }
    return page + "</main>\n<script>\n\(ReportScript.source)</script>\n</body>\n</html>\n"
  }

  private static func figures(_ c: ReportContent) -> String {
    var out = ""
    if let raster = c.raster { out += SpikeFigures.raster(raster) }
    if let rates = c.rates { out += SpikeFigures.rates(rates) }
    let halves = [
      c.rateDistribution.map {
        SpikeFigures.distribution($0, id: "rate-distribution", title: "Rates of neurons", axisTitle: "Rate (Hz)", unit: "Hz")
      },
      c.cvDistribution.map {
        SpikeFigures.distribution(
          $0, id: "cv-distribution", title: "Irregularity of neurons", axisTitle: "CV of interspike intervals", unit: "")
      },
    ].compactMap { $0 }
    if !halves.isEmpty { out += "<div class=\"pair\">\n\(halves.joined())</div>\n" }
    if !c.populations.isEmpty { out += SpikeFigures.table(c.populations, synchronyWidth: c.synchronyWidth) }
    let others = c.figures.map { figure in
      switch figure {
      case .lines(let f): LineFigureDrawing.html(f)
      case .heatMap(let f): HeatMapDrawing.html(f)
      case .bars(let f): BarFigureDrawing.html(f)
      }
    }
    if !others.isEmpty { out += others.count == 1 ? others[0] : "<div class=\"pair\">\n\(others.joined())</div>\n" }
    if !c.phases.isEmpty { out += PhaseFigure.html(c.phases) }
    return out
  }
}
