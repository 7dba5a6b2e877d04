// `npm run operator -- <command>`: the operator's calls from a terminal. Without a command it lists
// the commands.

import { readArguments } from '../local/arguments.ts'
import { passProxies } from '../local/proxies.ts'
import { argumentsOf, type Command, signatureOf } from './command.ts'
import { commands, usage } from './commands.ts'
import { callService, findService } from './service.ts'
import { UsageError } from './usage-error.ts'

const { positionals } = readArguments(usage, { allowPositionals: true })

passProxies()
try {
  await run()
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(error.message)
  process.exitCode = 1
}

async function run(): Promise<void> {
  const [name = 'help'] = positionals
  if (name === 'help') return console.log(usage)
  const { command, given } = findCommand()
  const service = findService(process.env)
  const answer = await command.run((call) => callService(service, call), ...given)
  if (typeof answer === 'string') console.log(answer)
  else console.log(answer === null ? 'Done.' : JSON.stringify(answer, null, 2))
}

/** A name has one word or two. The longer one is looked for first. */
function findCommand(): { command: Command; given: string[] } {
  for (const length of [2, 1]) {
    const name = positionals.slice(0, length).join(' ')
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined
    if (!command) continue
    const given = argumentsOf(command, positionals.slice(length))
    if (given) return { command, given }
    throw new UsageError(`"${name}" takes ${signatureOf(command) || 'no arguments'}`)
  }
  throw new UsageError(`There is no command "${positionals[0]}".\n\n${usage}`)
}
