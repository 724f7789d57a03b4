// `colonnade models`: what there is, and the parameters of one model.
import ArgumentParser
import Experiments

struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "Lists neuron models, connection rules and studies, or explains one model.",
    discussion: """
      EXAMPLES
        colonnade models
        colonnade models iaf_psc_exp
      """)

  @Argument(help: "A neuron model.", completion: .list(Catalogues.models))
  var name: String?

  func run() throws {
    try alone { print(try name.map(Catalogues.explain) ?? Catalogues.overview) }
  }
}
