// The command. All it does is in RatemillCLI.
import RatemillCLI
CommandRunner.run(arguments: Array(CommandLine.arguments.dropFirst())).endProcess()
