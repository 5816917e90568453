"""To-do lists in the workbench: units report, programme offices publish, assess and change."""
