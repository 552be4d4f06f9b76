// The command. All it does is in RatemillCLI.
