import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { startProgram } from '../../local/processes.ts'
import { groupOf, living } from '../harness/process-table.ts'
import { makeFolder } from './starts.ts'

const module = join(import.meta.dirname, '../../local/processes.ts')

// A process with a child; both ignore SIGTERM.
const stubborn = ['-c', 'trap "" TERM; sleep 600 & wait; sleep 600']

test('a program that ignores SIGTERM is killed, with its children', async () => {
  const home = makeFolder()
  const program = await startProgram({ home, command: 'sh', args: stubborn })
  const group = groupOf(home)
  await vi.waitUntil(() => living([group]) === 3)
  await program.stop()
  expect(living([group])).toBe(0)
  expect(groupOf(home)).toBeUndefined()
})

test('the end of a program is reported', async () => {
  const program = await startProgram({ home: makeFolder(), command: 'true', args: [] })
  await program.ended
})

test('a program that does not exist counts as ended', async () => {
  const program = await startProgram({ home: makeFolder(), command: '/no/such/thing', args: [] })
  await program.ended
})

test('no program outlives the process that started it, even if that is killed', async () => {
  const home = makeFolder()
  const script = `
    import { startProgram } from ${JSON.stringify(module)}
    await startProgram(${JSON.stringify({ home, command: 'sh', args: stubborn })})`
  const starter = spawn(process.execPath, ['--input-type=module-typescript', '-e', script])
  await vi.waitUntil(() => living([groupOf(home)]) === 3, { timeout: 5_000 })
  const group = groupOf(home)
  starter.kill('SIGKILL')
  await vi.waitUntil(() => living([group]) === 0, { timeout: 3_000 })
})
