// Checks docs/asyncapi.json with AsyncAPI's own parser, and fails if the parser reports an error.

import { readFileSync } from 'node:fs'
import { DiagnosticSeverity, Parser } from '@asyncapi/parser'

const path = 'docs/asyncapi.json'
const { diagnostics } = await new Parser().parse(readFileSync(path, 'utf8'))

for (const { code, message, path: at, severity } of diagnostics) {
  const level = DiagnosticSeverity[severity]
  console.error(`${path}: ${level} ${code}: ${message} (${at.join('.')})`)
  if (severity === DiagnosticSeverity.Error) process.exitCode = 1
}
