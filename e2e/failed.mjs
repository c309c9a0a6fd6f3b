// A reporter beside the runner's own: the files that had a test that failed, a line each.

export default async function* failed(source) {
  for await (const event of source) {
    if (event.type === "test:fail" && event.data.file) yield `${event.data.file}\n`;
  }
}
