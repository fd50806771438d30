//! How heavy a page is before a tree of it is built. The HTML parser itself says so, with a sink that
//! keeps no tree: a scan for tags would have to know all that it knows to count as much as it does
//! (self-closing tags that are not, comments that end early, elements that are opened anew).

use std::borrow::Cow;
use std::cell::Cell;
use std::rc::Rc;

use html5ever::interface::{ElementFlags, ExpandedName, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::{Attribute, ParseOpts, QualName, local_name, ns, parse_document};

/// Elements inside one another that a document may have before no tree is built of it (browsers
/// stop nesting at 512).
const MAX_DEPTH: usize = 512;

/// Elements and comments that a document may have before no tree is built of it.
const MAX_NODES: usize = 200_000;

/// Bytes between looks at the weight. Few, since what one element costs the parser rises with those
/// that are open.
const CHUNK: usize = 4_096;

/// How heavy a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Weight {
    /// Elements and comments.
    pub nodes: usize,
    /// The most elements that stood open inside one another.
    pub depth: usize,
}

impl Weight {
    /// Whether a tree of the page may be built.
    #[must_use]
    pub fn is_bearable(self) -> bool {
        self.nodes <= MAX_NODES && self.depth <= MAX_DEPTH
    }
}

/// Weighs a page as the HTML parser sees it, and no further than until it is too heavy. Not bounded
/// by this: the attributes of a tag, which cost the parser their number squared.
#[must_use]
pub fn weigh(html: &str) -> Weight {
    let weight = Rc::new(Cell::new(Weight::default()));
    let gauge = Gauge { weight: Rc::clone(&weight), document: Node::new(document(), 0, false) };
    let mut parser = parse_document(gauge, ParseOpts::default());
    let mut rest = html;
    while !rest.is_empty() && weight.get().is_bearable() {
        let (chunk, behind) = rest.split_at(rest.floor_char_boundary(CHUNK));
        parser.process(StrTendril::from_slice(chunk));
        rest = behind;
    }
    if weight.get().is_bearable() {
        parser.finish();
    }
    weight.get()
}

fn document() -> QualName {
    QualName::new(None, ns!(), local_name!(""))
}

/// Counts what the parser makes and forgets it.
struct Gauge {
    weight: Rc<Cell<Weight>>,
    document: Node,
}

/// A node for as long as the parser speaks of it.
#[derive(Clone)]
struct Node(Rc<Element>);

struct Element {
    name: QualName,
    depth: Cell<usize>,
    is_integration_point: bool,
}

impl Node {
    fn new(name: QualName, depth: usize, is_integration_point: bool) -> Self {
        Self(Rc::new(Element { name, depth: Cell::new(depth), is_integration_point }))
    }

    fn depth(&self) -> usize {
        self.0.depth.get()
    }
}

impl Gauge {
    fn count(&self, name: QualName, flags: &ElementFlags) -> Node {
        let weight = self.weight.get();
        self.weight.set(Weight { nodes: weight.nodes + 1, ..weight });
        Node::new(name, 0, flags.mathml_annotation_xml_integration_point)
    }

    /// A node comes to stand at a depth. What it holds by then comes with it: rarely anything, and
    /// never more than stood open at once.
    fn put(&self, child: &NodeOrText<Node>, depth: usize) {
        if let NodeOrText::AppendNode(node) = child {
            node.0.depth.set(depth);
            let weight = self.weight.get();
            self.weight.set(Weight { depth: weight.depth.max(depth), ..weight });
        }
    }
}

impl TreeSink for Gauge {
    type Handle = Node;
    type Output = ();
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) {}

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Node {
        self.document.clone()
    }

    fn elem_name<'a>(&'a self, target: &'a Node) -> ExpandedName<'a> {
        target.0.name.expanded()
    }

    fn create_element(&self, name: QualName, _: Vec<Attribute>, flags: ElementFlags) -> Node {
        self.count(name, &flags)
    }

    fn create_comment(&self, _: StrTendril) -> Node {
        self.count(document(), &ElementFlags::default())
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Node {
        self.count(document(), &ElementFlags::default())
    }

    fn append(&self, parent: &Node, child: NodeOrText<Node>) {
        self.put(&child, parent.depth() + 1);
    }

    fn append_based_on_parent_node(&self, table: &Node, above: &Node, child: NodeOrText<Node>) {
        self.put(&child, table.depth().max(above.depth() + 1));
    }

    fn append_before_sibling(&self, sibling: &Node, child: NodeOrText<Node>) {
        self.put(&child, sibling.depth());
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_template_contents(&self, template: &Node) -> Node {
        template.clone()
    }

    fn same_node(&self, one: &Node, other: &Node) -> bool {
        Rc::ptr_eq(&one.0, &other.0)
    }

    fn is_mathml_annotation_xml_integration_point(&self, node: &Node) -> bool {
        node.0.is_integration_point
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn add_attrs_if_missing(&self, _: &Node, _: Vec<Attribute>) {}

    fn remove_from_parent(&self, _: &Node) {}

    fn reparent_children(&self, _: &Node, _: &Node) {}
}

#[cfg(test)]
mod tests {
    use scraper::Html;

    use super::weigh;

    /// Elements, comments and depth of the tree that is really built.
    fn built(html: &str) -> (usize, usize) {
        let tree = Html::parse_document(html).tree;
        let nodes =
            tree.nodes().filter(|node| node.value().is_element() || node.value().is_comment());
        let depths = nodes.clone().map(|node| node.ancestors().count());
        (nodes.count(), depths.max().unwrap_or(0))
    }

    #[test]
    fn length_is_light_and_nesting_is_heavy() {
        assert!(weigh(&"<p>a<br>b<li>c</p>".repeat(10_000)).is_bearable());
        assert!(weigh(&"<div>a</div>".repeat(10_000)).depth < 5);
        assert!(weigh(&"word ".repeat(1_000_000)).is_bearable());
        let opened: String = (0..400).fold(String::new(), |html, n| html + &format!("<b id={n}>"));
        for html in [
            "<div>".repeat(600),
            "<i></i>".repeat(200_001),
            "<div/>".repeat(600),
            "<div></x>".repeat(600),
            "<path>".repeat(600),
            "<dd><li>".repeat(300),
            format!("<svg>{}", "<option>".repeat(600)),
            format!("<!-->{}", "<div>".repeat(600)),
            format!("<![CDATA[>{}", "<div>".repeat(600)),
            format!("<a '>{}<a '>", "<div>".repeat(600)),
            "<div><textarea></div></textarea>".repeat(600),
            "<div><script><!--<script></script></div></script>".repeat(600),
            format!("<p>{}{}", opened, "<p>x".repeat(1_000)),
        ] {
            assert!(!weigh(&html).is_bearable(), "{html:.60}");
        }
    }

    #[test]
    fn no_more_is_read_than_it_takes_to_refuse() {
        let weight = weigh(&"<div>".repeat(3_000_000));
        assert!(weight.nodes < 2_000, "{weight:?}");
    }

    proptest::proptest! {
        /// Against the tree: as many nodes, and no less depth but for what an end tag out of place
        /// wraps afterwards, which is never more than stood open.
        #[test]
        fn the_weight_is_that_of_the_tree(
            parts in proptest::collection::vec(proptest::sample::select(vec![
                "<div>", "</div>", "<p>", "</p>", "<b>", "</b>", "<a href=x>", "</a>", "<li>", "<ul>",
                "</ul>", "<table>", "<tr>", "<td>", "</table>", "<svg>", "</svg>", "<path>", "<path/>",
                "<math>", "<mi>", "<select>", "<option>", "</select>", "<template>", "</template>",
                "<!--x-->", "<!-->", "<br>", "<h1>", "</h1>", "<button>", "<script>", "</script>",
                "<foreignObject>", "text", "<dd>", "<form>", "<frameset>", "<body class=x>",
            ]), 0..40)
        ) {
            let html = parts.concat();
            let (weight, (nodes, depth)) = (weigh(&html), built(&html));
            proptest::prop_assert!(weight.nodes >= nodes, "{weight:?}, tree {nodes}: {html}");
            proptest::prop_assert!(2 * weight.depth >= depth, "{weight:?}, tree {depth}: {html}");
        }
    }
}
