//! The tree of a page, unless it is too heavy. The HTML parser itself says so while it builds: a scan
//! for tags would have to know all that it knows to count as much as it does (self-closing tags that
//! are not, comments that end early, elements that are opened anew), and a pass of its own would cost
//! as much as the tree.

use std::borrow::Cow;
use std::cell::{Cell, Ref, RefCell};
use std::rc::Rc;

use ego_tree::NodeId;
use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::{Attribute, ParseOpts, QualName, parse_document};
use scraper::{Html, HtmlTreeSink};

/// Elements inside one another that a document may have before its tree is given up (browsers stop
/// nesting at 512).
const MAX_DEPTH: usize = 512;

/// Elements and comments that a document may have before its tree is given up.
const MAX_NODES: usize = 200_000;

/// Bytes between looks at the weight. Few, since what one element costs the parser rises with those
/// that are open.
const CHUNK: usize = 4_096;

/// The tree of a page; nothing if it is too heavy, and then no further than until that is known. Not
/// bounded by this: the attributes of a tag, which cost the parser their number squared.
#[must_use]
pub fn tree(html: &str) -> Option<Html> {
    grow(html).0
}

/// How heavy a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Weight {
    /// Elements and comments.
    nodes: usize,
    /// The most elements that stood open inside one another.
    depth: usize,
}

impl Weight {
    fn is_bearable(self) -> bool {
        self.nodes <= MAX_NODES && self.depth <= MAX_DEPTH
    }
}

fn grow(html: &str) -> (Option<Html>, Weight) {
    let weight = Rc::new(Cell::new(Weight::default()));
    let sink = Scale {
        weight: Rc::clone(&weight),
        // Room for the document's own.
        depths: RefCell::new(vec![0]),
        tree: HtmlTreeSink::new(Html::new_document()),
    };
    let mut parser = parse_document(sink, ParseOpts::default());
    let mut rest = html;
    while !rest.is_empty() && weight.get().is_bearable() {
        let (chunk, behind) = rest.split_at(rest.floor_char_boundary(CHUNK));
        parser.process(StrTendril::from_slice(chunk));
        rest = behind;
    }
    let tree = weight.get().is_bearable().then(|| parser.finish());
    (tree.filter(|_| weight.get().is_bearable()), weight.get())
}

/// Has the tree built, and weighs it.
struct Scale {
    weight: Rc<Cell<Weight>>,
    /// How deep each node stands.
    depths: RefCell<Vec<usize>>,
    tree: HtmlTreeSink,
}

/// A node of the tree, and its place among the depths.
#[derive(Clone, Copy)]
struct Node {
    id: NodeId,
    at: usize,
}

impl Scale {
    fn count(&self, id: NodeId) -> Node {
        let weight = self.weight.get();
        self.weight.set(Weight { nodes: weight.nodes + 1, ..weight });
        let mut depths = self.depths.borrow_mut();
        depths.push(0);
        Node { id, at: depths.len() - 1 }
    }

    fn depth(&self, node: &Node) -> usize {
        self.depths.borrow().get(node.at).copied().unwrap_or(0)
    }

    /// A node comes to stand at a depth. What it holds by then comes with it: rarely anything, and
    /// never more than stood open at once.
    fn put(&self, child: NodeOrText<Node>, depth: usize) -> NodeOrText<NodeId> {
        match child {
            NodeOrText::AppendText(text) => NodeOrText::AppendText(text),
            NodeOrText::AppendNode(node) => {
                if let Some(known) = self.depths.borrow_mut().get_mut(node.at) {
                    *known = depth;
                }
                let weight = self.weight.get();
                self.weight.set(Weight { depth: weight.depth.max(depth), ..weight });
                NodeOrText::AppendNode(node.id)
            }
        }
    }
}

impl TreeSink for Scale {
    type Handle = Node;
    type Output = Html;
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) -> Html {
        self.tree.finish()
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Node {
        Node { id: self.tree.get_document(), at: 0 }
    }

    fn elem_name<'a>(&'a self, target: &'a Node) -> Ref<'a, QualName> {
        self.tree.elem_name(&target.id)
    }

    fn create_element(
        &self,
        name: QualName,
        attributes: Vec<Attribute>,
        flags: ElementFlags,
    ) -> Node {
        self.count(self.tree.create_element(name, attributes, flags))
    }

    fn create_comment(&self, text: StrTendril) -> Node {
        self.count(self.tree.create_comment(text))
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> Node {
        self.count(self.tree.create_pi(target, data))
    }

    fn append(&self, parent: &Node, child: NodeOrText<Node>) {
        let child = self.put(child, self.depth(parent) + 1);
        self.tree.append(&parent.id, child);
    }

    fn append_based_on_parent_node(&self, table: &Node, above: &Node, child: NodeOrText<Node>) {
        let child = self.put(child, self.depth(table).max(self.depth(above) + 1));
        self.tree.append_based_on_parent_node(&table.id, &above.id, child);
    }

    fn append_before_sibling(&self, sibling: &Node, child: NodeOrText<Node>) {
        let child = self.put(child, self.depth(sibling));
        self.tree.append_before_sibling(&sibling.id, child);
    }

    fn append_doctype_to_document(&self, name: StrTendril, public: StrTendril, system: StrTendril) {
        self.tree.append_doctype_to_document(name, public, system);
    }

    fn get_template_contents(&self, template: &Node) -> Node {
        Node { id: self.tree.get_template_contents(&template.id), at: template.at }
    }

    fn same_node(&self, one: &Node, other: &Node) -> bool {
        one.id == other.id
    }

    fn is_mathml_annotation_xml_integration_point(&self, node: &Node) -> bool {
        self.tree.is_mathml_annotation_xml_integration_point(&node.id)
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.tree.set_quirks_mode(mode);
    }

    fn add_attrs_if_missing(&self, target: &Node, attributes: Vec<Attribute>) {
        self.tree.add_attrs_if_missing(&target.id, attributes);
    }

    fn remove_from_parent(&self, target: &Node) {
        self.tree.remove_from_parent(&target.id);
    }

    fn reparent_children(&self, node: &Node, parent: &Node) {
        self.tree.reparent_children(&node.id, &parent.id);
    }
}

#[cfg(test)]
mod tests {
    use scraper::Html;

    use super::{Weight, grow, tree};

    fn weigh(html: &str) -> Weight {
        grow(html).1
    }

    /// Elements, comments and depth of the tree that the parser builds on its own.
    fn built(html: &str) -> (usize, usize) {
        let tree = Html::parse_document(html).tree;
        let nodes =
            tree.nodes().filter(|node| node.value().is_element() || node.value().is_comment());
        let depths = nodes.clone().map(|node| node.ancestors().count());
        (nodes.count(), depths.max().unwrap_or(0))
    }

    #[test]
    fn length_is_light_and_nesting_is_heavy() {
        assert!(tree(&"<p>a<br>b<li>c</p>".repeat(10_000)).is_some());
        assert!(weigh(&"<div>a</div>".repeat(10_000)).depth < 5);
        assert!(tree(&"word ".repeat(1_000_000)).is_some());
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
            assert!(tree(&html).is_none(), "{html:.60}");
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
            proptest::prop_assert_eq!(tree(&html), Some(Html::parse_document(&html)));
            proptest::prop_assert!(weight.nodes >= nodes, "{weight:?}, tree {nodes}: {html}");
            proptest::prop_assert!(2 * weight.depth >= depth, "{weight:?}, tree {depth}: {html}");
        }
    }
}
