// Commands that look at a store and print what they find: everything but their words and their question.

internal import BillingStore
internal import OptionTable

/// What such a command is asked to do.
struct StoreLookConfiguration: Equatable, Sendable {
  let store: StoreConfiguration
  /// The run or document to look at; empty for commands that list all.
  let name: String
}

/// A command that changes nothing and prints one text.
protocol StoreLook: Command where Options == StoreOptions, Configuration == StoreLookConfiguration {
  /// What it prints: JSON or a text for people.
  static func look(
    at store: BillingStore, _ asked: StoreLookConfiguration, _ console: Console
  ) throws(StoreFault) -> String
}

extension StoreLook {
  static var table: [OptionSpec<StoreOptions>] { StoreOptions.table }

  static func configuration(
    _ options: StoreOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> StoreLookConfiguration {
    StoreLookConfiguration(store: try StoreConfiguration(options.shared), name: inputs.first ?? "")
  }

  static func run(_ configuration: StoreLookConfiguration, console: Console) -> ExitStatus {
    StoreDoor.with(configuration.store.storePath, for: .reading, console: console) {
      store throws(StoreFault) in
      console.finish(try look(at: store, configuration, console))
    }
  }
}
