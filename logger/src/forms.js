// Forms: which fields were filled in, and their values only where the study asks for them and they are not secret.

import { elementFields, targetOf } from './element.js'
import { isIgnored, isSecretField, maskText } from './mask.js'
import { enqueue } from './recorder.js'
import { options } from './settings.js'

function fieldName(field) {
  return field.name || field.id
}

/**
 * Log that a form is submitted. Fields and validity are read by selector, not from the form object: a field named
 * "elements" or "id" replaces the form's own property, and checkValidity() fires events on the page.
 */
export function captureSubmit(event) {
  const form = targetOf(event)
  if (isIgnored(form)) return
  const fields = [...form.querySelectorAll('textarea,select,input')].filter((field) => !isIgnored(field))
  const names = fields.map(fieldName).filter((name) => name)
  enqueue({
    name: 'submit',
    ...elementFields(form),
    form_id: form.getAttribute('id'),
    fields: [...new Set(names)],
    valid: form.querySelector(':invalid') === null,
  })
}

/** What may be recorded about a field's value. */
function valueFields(field) {
  if (isSecretField(field)) return {}
  const isTickBox = /check|radio/.test(field.type)
  const state = isTickBox ? { checked: field.checked } : { length: field.value?.length }
  return options.values ? { ...state, value: maskText(field.value) } : state
}

/** Whether the element is a field, also of a web component. Libraries for lists fire change events on lists. */
function isField(element) {
  return element.matches('input,select,textarea') || (element.localName.includes('-') && 'value' in element)
}

/** Log that a field was changed. */
export function captureChange(event) {
  const field = targetOf(event)
  if (isIgnored(field) || !isField(field)) return
  enqueue({
    name: 'change',
    ...elementFields(field),
    field: fieldName(field),
    type: field.type,
    ...valueFields(field),
  })
}
