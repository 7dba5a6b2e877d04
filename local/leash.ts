// Runs a command as the leader of a process group, which processes.ts starts. When stdin closes, because
// the parent process has ended in any way, this process kills the whole group.
import { spawn } from 'node:child_process'

const [command = '', ...args] = process.argv.slice(2)
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })
child.on('exit', (code) => process.exit(code ?? 1))
child.on('error', () => process.exit(127))

// The whole group receives SIGTERM. This process ends when the command has ended.
process.on('SIGTERM', () => {})

process.stdin.on('end', () => process.kill(0, 'SIGKILL')).resume()
