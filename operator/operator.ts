// `npm run operator -- <command>`: the operator's calls from a terminal. Without a command it says
// which there are.

import { readArguments } from '../local/arguments.ts'
import { passProxies } from '../local/proxies.ts'
import { commands, usage } from './commands.ts'
import { Mistake } from './mistake.ts'
import { ask, chooseService } from './service.ts'

const { positionals } = readArguments(usage, { allowPositionals: true })
const [name = 'help', ...given] = positionals

passProxies()
try {
  await run()
} catch (error) {
  if (!(error instanceof Mistake)) throw error
  console.error(error.message)
  process.exitCode = 1
}

async function run(): Promise<void> {
  if (name === 'help') return console.log(usage)
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!command) throw new Mistake(`There is no command "${name}".\n\n${usage}`)
  if (given.length !== command.takes.length) {
    const takes = command.takes.map((argument) => `<${argument}>`).join(' ')
    throw new Mistake(`"${name}" takes ${takes || 'nothing more'}`)
  }
  const service = chooseService(process.env)
  const answer = await command.run((call) => ask(service, call), ...given)
  console.log(answer === null ? 'Done.' : JSON.stringify(answer, null, 2))
}
