// `colonnade models`: what there is, and the parameters of one model.
import ArgumentParser
import Experiments

struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "Lists neuron models, trainable cells, data sets and studies, or explains one.",
    discussion: """
      EXAMPLES
        colonnade models
        colonnade models iaf_psc_exp
        colonnade models clif
      """)

  @Argument(help: "A neuron model, a trainable cell, a data set or a study.", completion: .list(Catalogues.models))
  var name: String?

  func run() throws {
    try alone { print(try name.map(Catalogues.explain) ?? Catalogues.overview) }
  }
}
