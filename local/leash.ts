// Runs a command and holds it: when the process at the other end of stdin is gone, however it went,
// everything in this process group ends. Started by processes.ts as the head of its own group.
import { spawn } from 'node:child_process'

const [command = '', ...args] = process.argv.slice(2)
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })
child.on('exit', (code) => process.exit(code ?? 1))
child.on('error', () => process.exit(127))

// The whole group gets it: the command ends first, and the leash with it.
process.on('SIGTERM', () => {})

process.stdin.on('end', () => process.kill(0, 'SIGKILL')).resume()
