// Starts without a home folder, in a checkout that must not change, and with missing packages.
import { spawnSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { freePort } from '../../local/ports.ts'
import { barePlace, copyProject, makeFolder, refusalOf, start, startUp } from './starts.ts'

function filesIn(folder: string): string[] {
  return globSync('**/*', { cwd: folder, exclude: (name) => name === 'node_modules' }).sort()
}

test('RUN-1 `npm start` needs no home folder, and writes only to its data folder', async () => {
  const project = copyProject()
  const before = filesIn(project)
  const env = await barePlace()
  const nowhere = { HOME: '/dev/null/home', XDG_CONFIG_HOME: '', XDG_CACHE_HOME: '' }
  const started = await startUp({ ...env, ...nowhere }, project)
  const page = await fetch(`http://127.0.0.1:${env.PORT}/`)
  expect(await page.text()).toContain('<!doctype html>')
  expect(started.complained()).toBe('')
  expect(filesIn(project)).toEqual(before)
})

test('RUN-4 A data folder that cannot be used is reported in one sentence', async () => {
  const started = start({ PORT: String(await freePort()), DATA_DIR: '/dev/null/x' })
  const sentence = /^The data folder \/dev\/null\/x cannot be used \(.*\): .*\n$/
  expect(await refusalOf(started)).toMatch(sentence)
})

describe('a script of package.json', () => {
  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'),
  )

  /** The output of the script in a project with these packages. */
  function run(packages: string[], node: string) {
    const project = makeFolder()
    cpSync(join(import.meta.dirname, '../../build'), join(project, 'build'), { recursive: true })
    const manifest = { dependencies, devDependencies: { ...devDependencies, node } }
    writeFileSync(join(project, 'package.json'), JSON.stringify(manifest))
    for (const name of packages) mkdirSync(join(project, 'node_modules', name), { recursive: true })
    writeFileSync(join(project, 'script.js'), 'console.log("it runs")')
    const args = ['-r', './build/installed.cjs', 'script.js']
    const { stdout, stderr, status } = spawnSync(process.execPath, args, {
      cwd: project,
      encoding: 'utf8',
    })
    return { stdout, stderr, status }
  }

  const program = `@esbuild/${process.platform}-${process.arch}`
  const all = [...Object.keys({ ...dependencies, ...devDependencies }), program]
  const remedy = 'run `npm ci --include=dev --include=optional --ignore-scripts=false` first\n'

  test.each(['wrangler', program])(
    'RUN-2 A missing package %s is named, with the command that installs all of them',
    (missing) => {
      const installed = all.filter((name) => name !== missing)
      expect(run(installed, '24.0.0')).toEqual({
        stdout: '',
        stderr: `The package ${missing} is not installed: ${remedy}`,
        status: 1,
      })
    },
  )

  test("RUN-3 If the project's Node is missing and the system's is too old, `npm start` says so", () => {
    expect(run(all, '99.1.0')).toEqual({
      stdout: '',
      stderr: `This is Node ${process.versions.node}, and the Node 99 of the project is not installed: ${remedy}`,
      status: 1,
    })
    expect(run(all, '24.0.0')).toEqual({ stdout: 'it runs\n', stderr: '', status: 0 })
  })
})
