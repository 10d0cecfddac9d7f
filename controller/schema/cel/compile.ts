import { type Checked, check, type Variables } from "./checker.ts";
import { issuesText } from "./issues.ts";
import { literalIssues } from "./literals.ts";
import { parse } from "./parser.ts";

/** Reads and checks an expression; or says, as text, all that is wrong with it. */
export function compiled(source: string, variables: Variables): Checked | string {
  const expr = parse(source);
  if (!("kind" in expr)) return issuesText(expr, source);
  const checked = check(expr, variables);
  const issues = "expr" in checked ? literalIssues(checked) : checked;
  return "expr" in checked && issues.length === 0 ? checked : issuesText(issues, source);
}
