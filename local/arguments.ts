// Reads the arguments of a program that people run by `npm run`. `--help` prints the usage and does
// nothing else. An unknown argument prints the mistake and the usage.
import { type ParseArgsConfig, parseArgs } from 'node:util'

const help = { type: 'boolean', short: 'h' } as const

/** Ends the process with 0 after `--help`, and with 2 after a mistake. */
export function readArguments<Config extends ParseArgsConfig>(usage: string, config: Config) {
  const askedForHelp = parseArgs({
    strict: false,
    options: { ...config.options, help },
  }).values.help
  if (askedForHelp) {
    console.log(usage)
    process.exit(0)
  }
  try {
    return parseArgs(config)
  } catch (error) {
    return refuseArguments((error as Error).message, usage)
  }
}

export function refuseArguments(sentence: string, usage: string): never {
  console.error(`${sentence}\n\n${usage}`)
  process.exit(2)
}
