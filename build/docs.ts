// Writes the contract to docs/openapi.json and docs/asyncapi.json, so that a change of the wire shows as a
// diff. With --check it writes nothing, and fails if they are out of date.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { asyncApiDocument } from '../src/contract/asyncapi.ts'
import { createApp } from '../src/http/app.ts'
import { openApiDocument } from '../src/http/docs/openapi.ts'

const documents = {
  'docs/openapi.json': openApiDocument(createApp()),
  'docs/asyncapi.json': asyncApiDocument({ host: 'localhost:8787', protocol: 'ws' }),
}

function committed(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function firstDifference(before: string, after: string): string {
  const [old, now] = [before.split('\n'), after.split('\n')]
  const at = now.findIndex((line, index) => line !== old[index])
  return `line ${at + 1}\n  - ${old[at] ?? ''}\n  + ${now[at] ?? ''}`
}

const checking = process.argv.includes('--check')
for (const [path, document] of Object.entries(documents)) {
  const text = `${JSON.stringify(document, null, 2)}\n`
  if (checking) {
    const before = committed(path)
    if (before === text) continue
    console.error(`${path} is out of date: ${firstDifference(before, text)}`)
    console.error('Run `node build/docs.ts` and read the diff: it is what clients will see.')
    process.exitCode = 1
  } else {
    mkdirSync('docs', { recursive: true })
    writeFileSync(path, text)
  }
}
